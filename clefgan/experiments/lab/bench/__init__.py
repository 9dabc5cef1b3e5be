"""A fixed suite of challenges with known truth that methods are measured and chosen on."""
