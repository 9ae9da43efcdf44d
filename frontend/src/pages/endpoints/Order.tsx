import ArrowDown from "@carbon/icons-react/es/ArrowDown.js";
import ArrowUp from "@carbon/icons-react/es/ArrowUp.js";
import Close from "@carbon/icons-react/es/Close.js";
import { IconButton, MenuButton, MenuItem, Tag } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { modelEndpoints } from "../../api/endpoints";
import type { ModelEndpoint } from "../../api/endpointTypes";
import { moved } from "../../shared/moved";
import { useEndpointAction } from "./useEndpointAction";

interface Props {
  order: string[];
  endpoints: ModelEndpoint[];
}

const EMBEDDED = "embedded";
const nameOf = (endpoint: ModelEndpoint) => `endpoint/${endpoint.slug}`;

/** Who answers first, and who where that one cannot. */
export function Order({ order, endpoints }: Props) {
  const { t } = useTranslation();
  const change = useEndpointAction(modelEndpoints.setOrder);
  const found = (name: string) => endpoints.find((endpoint) => nameOf(endpoint) === name);
  const label = (name: string) => (name === EMBEDDED ? t("endpoints.embedded") : (found(name)?.name ?? name));
  const others = [EMBEDDED, ...endpoints.map(nameOf)].filter((name) => !order.includes(name));
  return (
    <section aria-labelledby="order-title" className="endpoint-order">
      <h2 id="order-title">{t("endpoints.order")}</h2>
      <p className="muted">{t("endpoints.orderText")}</p>
      <ol>
        {order.map((name, at) => (
          <li key={name}>
            <span className="endpoint-order__name">
              {label(name)} {found(name)?.enabled === false && <Tag size="sm" type="gray">{t("endpoints.off")}</Tag>}
            </span>
            <IconButton kind="ghost" size="sm" align="left" label={t("endpoints.up", { name: label(name) })} disabled={at === 0 || change.isPending} onClick={() => change.mutate(moved(order, name, -1))}>
              <ArrowUp />
            </IconButton>
            <IconButton kind="ghost" size="sm" align="left" label={t("endpoints.down", { name: label(name) })} disabled={at === order.length - 1 || change.isPending} onClick={() => change.mutate(moved(order, name, 1))}>
              <ArrowDown />
            </IconButton>
            <IconButton kind="ghost" size="sm" align="left" label={t("endpoints.takeOut", { name: label(name) })} disabled={order.length === 1 || change.isPending} onClick={() => change.mutate(order.filter((each) => each !== name))}>
              <Close />
            </IconButton>
          </li>
        ))}
      </ol>
      {others.length > 0 && (
        <MenuButton label={t("endpoints.putIn")} kind="tertiary" size="md">
          {others.map((name) => (
            <MenuItem key={name} label={label(name)} onClick={() => change.mutate([...order, name])} />
          ))}
        </MenuButton>
      )}
    </section>
  );
}
