# ruff: noqa
import sys; sys.path.insert(0,"/tmp/dash")
import stubdoors
from capture_live import Live
def test_shots(demo_live: Live) -> None:
    stubdoors.install()
    for role in ("coordinator","data_manager","assessor"):
        for w,h,scheme in ((1280,800,"light"),(820,1180,"dark")):
            page = demo_live.page(role, width=w, height=h, scheme=scheme)
            page.locator('.panel-place').first.wait_for(state='detached'); page.wait_for_timeout(1500)
            page.screenshot(path=f"/tmp/dash/{role}-{w}-{scheme}.png", full_page=True)
    p = demo_live.page("coordinator","/demo")
    p.screenshot(path="/tmp/dash/demo.png", full_page=True)
