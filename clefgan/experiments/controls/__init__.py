"""Negative controls: what tells a leak from a biased split.

A score may be above chance because the used and the unused images differ by scanner, sharpness or
patient, and not because a generator gave anything away. So beside a result stand three others:

    blind = image_only(dev, groups, seed=0)
    elsewhere = other_generator(method, dev, other, groups, seed=0)
    rows = auc_difference.rows(truth, scores, {"image only": blind, "other generator": elsewhere})
    noise = permuted_labels.permutation(truth, scores, groups=groups)
    sentences = [*(row.sentence for row in rows), noise.sentence]

Scores are in the order used, then not used, like the dev scores of `clefgan.runs.job`; `groups` are
the labels that `heldout.groups_of` gives. Everything here is out of fold: no image is scored by
what was fitted on it or on another image of its group.
"""
