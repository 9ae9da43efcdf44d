import Activity from "@carbon/icons-react/es/Activity.js";
import Add from "@carbon/icons-react/es/Add.js";
import Bot from "@carbon/icons-react/es/Bot.js";
import Book from "@carbon/icons-react/es/Book.js";
import Catalog from "@carbon/icons-react/es/Catalog.js";
import ChartColumn from "@carbon/icons-react/es/ChartColumn.js";
import Chat from "@carbon/icons-react/es/Chat.js";
import CheckmarkOutline from "@carbon/icons-react/es/CheckmarkOutline.js";
import CloudServices from "@carbon/icons-react/es/CloudServices.js";
import DataTable from "@carbon/icons-react/es/DataTable.js";
import EventSchedule from "@carbon/icons-react/es/EventSchedule.js";
import Flow from "@carbon/icons-react/es/Flow.js";
import MachineLearningModel from "@carbon/icons-react/es/MachineLearningModel.js";
import TextShortParagraph from "@carbon/icons-react/es/TextShortParagraph.js";
import Tools from "@carbon/icons-react/es/Tools.js";
import UserMultiple from "@carbon/icons-react/es/UserMultiple.js";
import Group from "@carbon/icons-react/es/Group.js";
import { Button, SideNav } from "@carbon/react";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink, useLocation } from "react-router";
import { useMe } from "../api/useMe";
import { useApprovals } from "../shared/approvals/useApprovals";
import { History } from "./History";

interface Props {
  open: boolean;
  modal: boolean;
  onClose: () => void;
}

interface ItemProps {
  to: string;
  icon: ComponentType<{ "aria-hidden": boolean }>;
  label: string;
  /** How many wait there. */
  count?: number;
}

function Item({ to, icon: Icon, label, count = 0 }: ItemProps) {
  return (
    <li>
      <NavLink to={to} className={({ isActive }) => (isActive ? "nav-item nav-item--here" : "nav-item")}>
        <Icon aria-hidden /> {label} {count > 0 && <span className="nav-item__count">{count}</span>}
      </NavLink>
    </li>
  );
}

function Administration() {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="nav-administration">
      <h2 id="nav-administration" className="nav-heading">
        {t("nav.administration")}
      </h2>
      <ul>
        <Item to="/administration/people" icon={UserMultiple} label={t("nav.people")} />
        <Item to="/administration/groups" icon={Group} label={t("nav.groups")} />
        <Item to="/administration/models" icon={MachineLearningModel} label={t("nav.models")} />
        <Item to="/administration/endpoints" icon={CloudServices} label={t("nav.endpoints")} />
        <Item to="/administration/tools" icon={Tools} label={t("nav.tools")} />
        <Item to="/administration/runs" icon={Flow} label={t("nav.runs")} />
        <Item to="/administration/evaluations" icon={ChartColumn} label={t("nav.evaluations")} />
        <Item to="/administration/audit" icon={Catalog} label={t("nav.audit")} />
        <Item to="/administration/system" icon={Activity} label={t("nav.system")} />
      </ul>
    </section>
  );
}

/** The one panel on the left: the places, then what belongs to the place you are in. */
export function Navigation({ open, modal, onClose }: Props) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const inAdministration = useLocation().pathname.startsWith("/administration");
  const { data: waiting = [] } = useApprovals();
  const isAdministrator = me?.role === "administrator";
  return (
    <SideNav
      id="navigation"
      aria-label={t("app.navigation")}
      expanded={open}
      isPersistent={false}
      isFixedNav={!modal}
      onOverlayClick={onClose}
      className="navigation"
    >
      <Button as={Link} to="/chat" kind="tertiary" size="md" renderIcon={Add} className="navigation__new">
        {t("chat.new")}
      </Button>
      <ul className="navigation__places">
        <Item to="/chat" icon={Chat} label={t("nav.chat")} />
        <Item to="/knowledge" icon={Book} label={t("nav.knowledge")} />
        <Item to="/assistants" icon={Bot} label={t("nav.assistants")} />
        <Item to="/summaries" icon={TextShortParagraph} label={t("nav.summaries")} />
        <Item to="/extractions" icon={DataTable} label={t("nav.extractions")} />
        <Item to="/schedules" icon={EventSchedule} label={t("nav.schedules")} />
        <Item to="/approvals" icon={CheckmarkOutline} label={t("nav.approvals")} count={waiting.length} />
      </ul>
      {isAdministrator && <Administration />}
      {!inAdministration && <History />}
    </SideNav>
  );
}
