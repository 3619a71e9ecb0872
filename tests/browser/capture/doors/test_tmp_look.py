import io
from pathlib import Path
from capture_live import Live
OUT=Path("/tmp/doors")
CSV="participant,visit,WBC,WBC.unit,NEUT,NEUT.unit,PLAT,PLAT.unit,HGB,HGB.unit\n01-001,SCR,5.10,10^9/L,6.5,10^9/L,210,10^9/L,12.1,g/dL\n01-001,W0,4.9,10^9/L,2.5,10^9/L,300,10^9/L,110,g/L\n"
def test_look(live: Live):
    live.site.register()
    n=0
    for scheme in ("light","dark"):
      for w,h in ((1280,800),(820,1180)):
        p=live.page("data_manager","/doors/import",width=w,height=h,scheme=scheme)
        p.screenshot(path=OUT/f"import-{scheme}-{w}.png",full_page=True)
        p.set_input_files("#file",{"name":"lab.csv","mimeType":"text/csv","buffer":CSV.encode()})
        p.select_option("#form","cbc"); p.get_by_role("button",name="Look at the file").click()
        p.screenshot(path=OUT/f"report-{scheme}-{w}.png",full_page=True)
        p.goto(live.url+"/doors/import")
        p.set_input_files("#file",{"name":"lab.csv","mimeType":"text/csv","buffer":CSV.replace("01-001,W0","01-009,W0").replace("6.5","abc").replace("5.10","=1+1").encode()})
        p.select_option("#form","cbc"); p.get_by_role("button",name="Look at the file").click()
        p.screenshot(path=OUT/f"refused-{scheme}-{w}.png",full_page=True)
        for name in ("","/export","/tokens","/api","/print/cbc","/casebook/01-001"):
            p.goto(live.url+"/doors"+name)
            p.screenshot(path=OUT/f"doors{name.replace('/','-')}-{scheme}-{w}.png",full_page=True)
