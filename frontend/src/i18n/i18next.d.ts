import type en from "./en.json";

// Every `t("...")` is checked against the English phrases by the compiler.
declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}
