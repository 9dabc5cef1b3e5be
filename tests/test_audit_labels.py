"""Labels of the fidelity-privacy plane: none is written over another."""

from itertools import combinations

from clefgan.report.audit import labels
from clefgan.report.page.charts import frame


def test_labels_of_points_side_by_side_take_other_lines() -> None:
    placed: list[labels.Label] = []
    points = [((50.0, 100.0), 36, False), ((250.0, 100.0), 20, True), ((240.0, 104.0), 11, True)]
    for point, letters, right in points:
        placed.append(labels.free(point, letters, placed, right=right))
    assert placed[0].y == 92
    assert placed[0].left == 59
    assert placed[1].right == 241
    assert len({label.y for label in placed}) == 3
    for one, other in combinations(placed, 2):
        apart = one.right <= other.left or other.right <= one.left
        assert apart or abs(one.y - other.y) >= labels.LINE


def test_labels_far_apart_stand_on_their_best_lines() -> None:
    first = labels.free((50.0, 100.0), 5, [], right=False)
    assert labels.free((50.0, 200.0), 5, [first], right=False).y == 192
    assert labels.free((200.0, 100.0), 5, [first], right=False).y == first.y


def test_a_long_name_begins_where_it_is_not_cut_off() -> None:
    for x in (55.0, 120.0, 180.0, 300.0):
        label = labels.free((x, 100.0), 36, [], right=x > 180)
        assert 0 <= label.left < label.right <= frame.WIDTH
    assert labels.free((120.0, 100.0), 5, [], right=False).left == 129
