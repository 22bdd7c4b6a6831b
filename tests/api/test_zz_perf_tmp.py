import cProfile, pstats, time, io, logging
import psycopg, structlog
from tests.api.desk import *
from psycopg.connection import Connection
def test_perf(runtime, client, server):
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    lines=[line(i+1,"10.00",sku=f"S{i}",tax_rate="20.00") for i in range(3)]
    def body(n): return cart(*lines, place=True, billing_address={**BILLING,"email":f"n{n}@example.com"}, shipping_address=BILLING, shipping_charge=eur("4.90"), payment_method="card", shipping_method="standard")
    n=[0]
    def new():
        n[0]+=1; a=client.post(ORDERS,json=body(n[0]),headers={"Idempotency-Key":f"k{n[0]}"}); assert a.status_code==201
    def old():
        n[0]+=1; a=client.post(ORDERS,json=body(1),headers={"Idempotency-Key":f"k{n[0]}"}); assert a.status_code==201
    for _ in range(30): new(); old()
    # statements
    count=[]
    for cls in (psycopg.Cursor,):
        orig=cls.execute
        def ex(self,q,*a,_o=orig,**k):
            count.append(str(q)[:60].strip().replace("\n"," ")); return _o(self,q,*a,**k)
        cls.execute=ex
    co=psycopg.Connection.execute
    for f in (new,old):
        count.clear(); f(); [print("STMT", f.__name__, c) for c in count]
    cls.execute=orig
    for f in (new,old):
        c=time.process_time(); t=time.perf_counter()
        for _ in range(200): f()
        print(f.__name__,"cpu ms",(time.process_time()-c)*5,"wall ms",(time.perf_counter()-t)*5)
    assert 0
    for _ in range(200): new()
    pr.disable(); s=io.StringIO(); pstats.Stats(pr,stream=s).sort_stats("cumulative").print_stats(70); print(s.getvalue())
    s=io.StringIO(); pstats.Stats(pr,stream=s).sort_stats("tottime").print_stats(30); print(s.getvalue())
    assert 0
