import { Content, SkipToContent } from "@carbon/react";
import { Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useLocation } from "react-router";
import { UploadTray } from "../shared/uploads/UploadTray";
import { AppHeader } from "./AppHeader";
import { Navigation } from "./Navigation";
import { useWide } from "./useWide";

/** A new page starts at its top, with the keyboard there too; the first one keeps the browser's own order. */
function useFreshPage(): void {
  const { pathname } = useLocation();
  const section = pathname.split("/").slice(0, 3).join("/");
  const [first] = useState(section);
  useEffect(() => {
    if (section !== first) document.getElementById("main-content")?.focus({ preventScroll: true });
  }, [section, first]);
}

export function Shell() {
  const { t } = useTranslation();
  const wide = useWide();
  const { pathname } = useLocation();
  const [openOnWide, setOpenOnWide] = useState(true);
  const [openAt, setOpenAt] = useState<string | null>(null);
  useFreshPage();

  // On a phone the menu belongs to the page it was opened on: following a link closes it.
  const open = wide ? openOnWide : openAt === pathname;
  const toggle = () => (wide ? setOpenOnWide(!open) : setOpenAt(open ? null : pathname));
  const close = () => setOpenAt(null);

  return (
    <>
      <SkipToContent href="#main-content">{t("app.skip")}</SkipToContent>
      <AppHeader menuOpen={open} onMenu={toggle} />
      <Navigation open={open} modal={!wide} onClose={close} />
      <Content id="main-content" tabIndex={-1} className={open && wide ? "content content--beside" : "content"}>
        <Suspense>
          <Outlet />
        </Suspense>
      </Content>
      <UploadTray />
    </>
  );
}
