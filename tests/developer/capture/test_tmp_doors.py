import hashlib, io, zipfile
from capture_site import CaptureSite
def test_x(site: CaptureSite):
    from lupustrial.capture.doors import export, intake
    from lupustrial.capture.access import Acting
    from lupustrial.study import read_source
    site.register()
    st=site.trial.study
    def acting(r): return Acting(id=r,name=r,role=st.role(r),sites=None)
    csv="participant,visit,WBC,WBC.unit,NEUT,NEUT.unit,PLAT,PLAT.unit\n01-001,SCR,5.10,10^9/L,2.5,10^9/L,,\n"
    o=intake.options_of({"layout":"form","form":"cbc"})
    dm=acting("data_manager")
    r=intake.examine(site.trial,dm,csv.encode(),"f.csv",o)
    print(r.faults, r.warnings, r.pages, [ (d.value.item,d.what) for d in r.differences])
    t=intake.token_of(dm,r)
    intake.bring_in(site.trial,dm,csv.encode(),"f.csv",o,t)
    for f in export.FORMATS:
        m=export.make_export(site.trial,dm,export.select(st,dm,format=f))
        b=m.file.read(); print(m)
        z=zipfile.ZipFile(io.BytesIO(b)); print(z.namelist()[:5])
        if f=="source":
            z.extractall(site.folder/"src"); s=read_source(st,site.folder/"src"); print(s.records)
        if f=="xlsx":
            r=intake.examine(site.trial,dm,b,"f.xlsx",intake.options_of({"layout":"form"}))
            print(r.faults[:3], r.pages, [ (d.value.item,d.what) for d in r.differences])
    assert 0
