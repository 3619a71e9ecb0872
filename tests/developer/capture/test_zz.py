import sys; sys.path.insert(0,"/tmp/dash")
import stubdoors
def test_x(demo_site):
    stubdoors.install()
    c = demo_site.client("coordinator")
    print(c.get("/").status_code)
    for p in ("enrolment","screening","visits","queries","pages","primary","verification","response","safety"):
        print(p, c.get("/overview/"+p).status_code)
    print(c.get("/search?q=01-0").content.decode()[-900:])
    print(c.get("/demo").status_code)
