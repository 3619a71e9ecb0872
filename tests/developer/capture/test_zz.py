import sys; sys.path.insert(0,"/tmp/dash")
def test_x(demo_site):
    c = demo_site.client("coordinator")
    import re
    h=c.get("/").content.decode()
    for u in re.findall(r'(?:src|href)="(/static[^"]+)"',h): print(u, c.get(u).status_code)
    print(c.get("/overview/enrolment", headers={"HX-Request":"true"}).content.decode()[:300])
    import time
    from django.conf import settings
    for p in ("","overview/enrolment","overview/screening","overview/visits","overview/queries","overview/pages","overview/primary","overview/verification","overview/response","overview/safety"):
        a=time.time(); r=c.get("/"+p); print(p, r.status_code, round(time.time()-a,3))
