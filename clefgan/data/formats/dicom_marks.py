"""Marks of a DICOM file: elements at any depth that name a person, a place, a day or an object."""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from clefgan.data.formats.dicom import DAMAGE, read_header
from clefgan.data.formats.marks import Mark, MarkKind, Marks, tells
from clefgan.data.formats.raw import ImageError

IDENTITY = {
    "PatientID", "OtherPatientIDs", "IssuerOfPatientID", "PatientBirthDate", "PatientBirthTime",
    "PatientAddress", "PatientTelephoneNumbers", "PatientMotherBirthName", "MilitaryRank",
    "MedicalRecordLocator", "AccessionNumber", "StudyID", "AdmissionID", "ServiceEpisodeID",
    "RequestedProcedureID", "ScheduledProcedureStepID", "PerformedProcedureStepID",
    "FillerOrderNumberImagingServiceRequest", "PlacerOrderNumberImagingServiceRequest",
    "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "StationName",
    "DeviceSerialNumber", "PatientInsurancePlanCodeSequence", "CountryOfResidence",
    "RegionOfResidence", "ClinicalTrialSubjectID",
}  # fmt: skip
STANDARD = "1.2.840.10008."  # UIDs of the standard itself: of classes and transfer syntaxes


def read(path: Path) -> Marks:
    """The marks of one file; its pixels are not read.

    Raises
    ------
    ImageError
        The file is damaged.
    """
    header = read_header(path)
    try:
        marks = frozenset(elements(header))
        burned_in = str(header.get("BurnedInAnnotation", "")).strip().upper() == "YES"
        return Marks(marks, burned_in, bool(header.get("IconImageSequence")))
    except DAMAGE as error:
        raise ImageError("is DICOM whose header is damaged") from error


def elements(dataset: Dataset) -> Iterator[Mark]:
    """Yield the marks of a dataset and of those in its sequences."""
    for element in dataset:
        if element.VR == "SQ":
            for inner in element.value:
                yield from elements(inner)
            if not element.tag.is_private:
                continue
        kind = kind_of(element)
        if kind is None:
            continue
        for value in values_of(element):
            if tells(kind, value):
                yield Mark(kind, name_of(element), value)


def kind_of(element: DataElement) -> MarkKind | None:
    """What an element says of somebody; None for all that says nothing."""
    if element.tag.is_private:
        return None if element.tag.is_private_creator or element.VR == "SQ" else MarkKind.PRIVATE
    if element.keyword in IDENTITY or element.VR == "PN":
        return MarkKind.IDENTITY
    if element.VR == "UI" and element.tag.group != 2:
        return MarkKind.UID
    return MarkKind.DATE if element.VR in ("DA", "DT") else None


def name_of(element: DataElement) -> str:
    """The standard's name of an element; the tag and its creator's name for a private one."""
    if not element.tag.is_private:
        return element.keyword
    return f"{element.tag} {element.private_creator or ''}"


def values_of(element: DataElement) -> Iterator[str]:
    """Yield the values of an element as text; long ones by a digest."""
    value = element.value
    for item in value if isinstance(value, MultiValue | list) else [value]:
        if item is None:
            continue
        if isinstance(item, bytes):
            yield item.strip(b"\0 ").hex() if len(item) < 64 else blake2b(item).hexdigest()
        elif not (element.VR == "UI" and str(item).startswith(STANDARD)):
            yield str(item).strip()
