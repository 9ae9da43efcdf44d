import Analytics from "@carbon/icons-react/es/Analytics.js";
import Book from "@carbon/icons-react/es/Book.js";
import Bot from "@carbon/icons-react/es/Bot.js";
import Building from "@carbon/icons-react/es/Building.js";
import Calendar from "@carbon/icons-react/es/Calendar.js";
import ChartBar from "@carbon/icons-react/es/ChartBar.js";
import Code from "@carbon/icons-react/es/Code.js";
import Delivery from "@carbon/icons-react/es/Delivery.js";
import Education from "@carbon/icons-react/es/Education.js";
import Email from "@carbon/icons-react/es/Email.js";
import Finance from "@carbon/icons-react/es/Finance.js";
import Globe from "@carbon/icons-react/es/Globe.js";
import Headset from "@carbon/icons-react/es/Headset.js";
import Idea from "@carbon/icons-react/es/Idea.js";
import Portfolio from "@carbon/icons-react/es/Portfolio.js";
import Scales from "@carbon/icons-react/es/Scales.js";
import ShoppingCart from "@carbon/icons-react/es/ShoppingCart.js";
import Stethoscope from "@carbon/icons-react/es/Stethoscope.js";
import TextShortParagraph from "@carbon/icons-react/es/TextShortParagraph.js";
import Tools from "@carbon/icons-react/es/Tools.js";
import Translate from "@carbon/icons-react/es/Translate.js";
import UserMultiple from "@carbon/icons-react/es/UserMultiple.js";

/** The pictures that an assistant can have, by the names under which they are stored. */
export const PICTURES = {
  bot: Bot,
  book: Book,
  summary: TextShortParagraph,
  chart: ChartBar,
  headset: Headset,
  tools: Tools,
  calendar: Calendar,
  people: UserMultiple,
  portfolio: Portfolio,
  finance: Finance,
  law: Scales,
  mail: Email,
  code: Code,
  analytics: Analytics,
  idea: Idea,
  education: Education,
  health: Stethoscope,
  shop: ShoppingCart,
  delivery: Delivery,
  building: Building,
  globe: Globe,
  translate: Translate,
} as const;

export type PictureName = keyof typeof PICTURES;
export const pictureNames = Object.keys(PICTURES) as PictureName[];
export const isPicture = (name: string): name is PictureName => name in PICTURES;
