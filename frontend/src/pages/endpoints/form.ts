import type { EndpointBody } from "../../api/endpoints";
import type { ModelEndpoint, Preset } from "../../api/endpointTypes";
import { slugOf } from "../../shared/slug";

export type Fields = Required<EndpointBody>;

/** What the form begins with when a service is picked. */
export function fieldsOf(preset: Preset): Fields {
  return {
    slug: slugOf(preset.name),
    kind: preset.id,
    name: preset.name,
    base_url: preset.base_url,
    model: "",
    secret: "",
    options: Object.fromEntries(preset.options.map((option) => [option.name, option.default])),
    ca: "",
    allow_private: preset.own_network,
    concurrency: 4,
    timeout: 120,
    price_input: null,
    price_output: null,
    enabled: true,
  };
}

/** What it begins with when one is edited. The secret is not known here. */
export function fieldsFrom(endpoint: ModelEndpoint, preset: Preset): Fields {
  const { slug, kind, name, base_url, model, ca, allow_private, concurrency, timeout, price_input, price_output, enabled } = endpoint;
  const options = { ...fieldsOf(preset).options, ...endpoint.options };
  return { slug, kind, name, base_url, model, secret: "", options, ca, allow_private, concurrency, timeout, price_input, price_output, enabled };
}

/** What is sent. When editing, an empty secret means that it stays. */
export function bodyOf(fields: Fields, editing: boolean): EndpointBody {
  const { slug, kind, secret, options, ...rest } = fields;
  const filled = Object.fromEntries(Object.entries(options).filter(([, value]) => value.trim() !== ""));
  const body: EndpointBody = { ...rest, options: filled };
  if (!editing) return { ...body, slug, kind, secret };
  return secret ? { ...body, secret } : body;
}

/** Whether it is worth sending; what else is wrong the server says. */
export function isReady(fields: Fields, preset: Preset, editing: boolean): boolean {
  const named = fields.name.trim() !== "" && fields.slug !== "" && fields.model.trim() !== "";
  const keyed = preset.key !== "required" || editing || fields.secret !== "";
  const options = preset.options.every((option) => !option.required || fields.options[option.name]?.trim());
  return named && keyed && options && fields.concurrency >= 1 && fields.timeout >= 1;
}
