"""What every adapter and outlet must keep to: one suite, called for each of them."""

import pytest

pytest.register_assert_rewrite("tests.contract.outlets")
