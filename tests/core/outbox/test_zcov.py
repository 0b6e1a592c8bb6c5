import collections, pytest, sys
import tests.core.outbox.test_state_machine as m
C=collections.Counter()
orig=m._followed
def f(b,a):
    if b.state!=a.state: C[(str(b.state),str(a.state),str(a.cause_code))]+=1
    orig(b,a)
m._followed=f
def test_x(open_an_office, clock):
    office=open_an_office(account=False)
    m.run_state_machine_as_test(lambda: m.Outbox(office, clock), settings=m.settings(m.BUDGET, max_examples=500, stateful_step_count=50))
    for k,v in sorted(C.items()): print(k,v)
