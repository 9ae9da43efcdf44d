import UserAvatar from "@carbon/icons-react/es/UserAvatar.js";
import { Header, HeaderGlobalAction, HeaderGlobalBar, HeaderMenuButton, HeaderName, Theme } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Mark } from "../shared/Mark";
import { UserPanel } from "./UserPanel";

interface Props {
  menuOpen: boolean;
  onMenu: () => void;
}

export function AppHeader({ menuOpen, onMenu }: Props) {
  const { t } = useTranslation();
  const [panel, setPanel] = useState(false);
  return (
    <>
      <Theme theme="g100">
        <Header aria-label={t("app.name")}>
          <HeaderMenuButton
            aria-label={t(menuOpen ? "app.closeMenu" : "app.openMenu")}
            aria-expanded={menuOpen}
            aria-controls="navigation"
            isActive={menuOpen}
            isCollapsible
            onClick={onMenu}
          />
          <HeaderName as={Link} to="/chat" prefix="" className="app-header__name">
            <Mark size={20} />
            {t("app.name")}
          </HeaderName>
          <HeaderGlobalBar>
            <HeaderGlobalAction
              aria-label={t("user.menu")}
              aria-expanded={panel}
              aria-controls="user-panel"
              isActive={panel}
              tooltipAlignment="end"
              onClick={() => setPanel(!panel)}
            >
              <UserAvatar size={20} />
            </HeaderGlobalAction>
          </HeaderGlobalBar>
        </Header>
      </Theme>
      {panel && <UserPanel onClose={() => setPanel(false)} />}
    </>
  );
}
