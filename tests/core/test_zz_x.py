import pytest
from tests.support.customers import customer
@pytest.mark.parametrize("n", range(6))
def test_x(office, n):
    office.has(customer("K-1"))
    assert office.customer("K-1")
