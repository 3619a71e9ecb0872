# ruff: noqa
import sys; sys.path.insert(0,"/tmp/dash")
import stubdoors
from capture_live import Live
def test_shots(demo_live: Live) -> None:
    stubdoors.install()
    for role in ("coordinator",):
        for w,h,scheme in ((1280,800,"light"),(820,1180,"dark")):
            page = demo_live.page(role, width=w, height=h, scheme=scheme)
            page.wait_for_timeout(3500); print(role, page.locator('.panel-place').evaluate_all('e => e.map(x => x.outerHTML)'))
            page.screenshot(path=f"/tmp/dash/{role}-{w}-{scheme}.png", full_page=True)
    p = demo_live.page("coordinator","/demo")
    p.screenshot(path="/tmp/dash/demo.png", full_page=True)
