"""The keys under which a visitor's choices on the Evaluation page are kept."""

EXAMINED = "examined"
BESIDE = "beside"
PART = "part"
CELL = "cell"
WHOSE = "whose"
HOW_MANY = "how_many"
TEST_INDEX = "test_index"
