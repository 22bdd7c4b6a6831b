/** The console's addresses; the list's filters stand in them, and an order keeps those of the list it came from. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { instantIn, instantShown, onInstant, showInstant } from "../api/instant";
import { sessionState } from "../api/session";
import { readDashboard } from "../dashboard/period";
import { OrderList } from "../orders/list/order_list";
import { parseSearch, readSearch, stringifySearch } from "../orders/search";
import { OWNER, TYPING, withWords } from "../text/language";
import { Frame } from "./frame";
import { queries } from "./queries";
import { readCustomersSearch, readProductsSearch, readStockSearch } from "./searches";

const root = createRootRoute({
  component: Frame,
  notFoundComponent: lazyRouteComponent(() => import("./lost"), "Lost"),
});

const index = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async () => {
    const owner = sessionState().caller?.permissions.includes("settings:write");
    const guided = owner && (await (await import("./first_steps")).isGuided());
    throw redirect({ to: guided ? "/guide" : "/orders", replace: true });
  },
});

const orders = createRoute({
  getParentRoute: () => root,
  path: "/orders",
  validateSearch: readSearch,
  component: OrderList,
});

const order = createRoute({
  getParentRoute: () => root,
  path: "/orders/$id",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("../orders/order/order_page"), "OrderPage"),
});

const newOrder = createRoute({
  getParentRoute: () => root,
  path: "/new",
  component: lazyRouteComponent(
    withWords(() => import("../orders/new/new_order"), TYPING),
    "NewOrderPage",
  ),
});

const editOrder = createRoute({
  getParentRoute: () => root,
  path: "/orders/$id/edit",
  validateSearch: readSearch,
  component: lazyRouteComponent(
    withWords(() => import("../orders/edit/edit_order"), TYPING),
    "EditOrderPage",
  ),
});

const guide = createRoute({
  getParentRoute: () => root,
  path: "/guide",
  component: lazyRouteComponent(
    withWords(
      withWords(() => import("../guide/guide_page")),
      OWNER,
    ),
    "GuidePage",
  ),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: "/audit",
  component: lazyRouteComponent(
    withWords(
      withWords(() => import("../audit/audit_page")),
      OWNER,
    ),
    "AuditPage",
  ),
});

const dashboard = createRoute({
  getParentRoute: () => root,
  path: "/dashboard",
  validateSearch: readDashboard,
  component: lazyRouteComponent(
    withWords(() => import("../dashboard/dashboard")),
    "Dashboard",
  ),
});

const imports = createRoute({
  getParentRoute: () => root,
  path: "/imports",
  component: lazyRouteComponent(
    withWords(() => import("../imports/import_list")),
    "ImportListPage",
  ),
});

const newImport = createRoute({
  getParentRoute: () => root,
  path: "/imports/new",
  component: lazyRouteComponent(
    withWords(() => import("../imports/wizard")),
    "ImportWizard",
  ),
});

const oneImport = createRoute({
  getParentRoute: () => root,
  path: "/imports/$id",
  component: lazyRouteComponent(
    withWords(() => import("../imports/import_page")),
    "ImportPage",
  ),
});

const work = createRoute({
  getParentRoute: () => root,
  path: "/work",
  component: lazyRouteComponent(
    withWords(() => import("../work/work_page")),
    "WorkPage",
  ),
});

const coupons = createRoute({
  getParentRoute: () => root,
  path: "/coupons",
  component: lazyRouteComponent(
    withWords(() => import("../coupons/coupon_list")),
    "CouponListPage",
  ),
});

const sequences = createRoute({
  getParentRoute: () => root,
  path: "/sequences",
  component: lazyRouteComponent(
    withWords(() => import("../sequences/sequence_list")),
    "SequenceListPage",
  ),
});

const sequence = createRoute({
  getParentRoute: () => root,
  path: "/sequences/$id",
  component: lazyRouteComponent(
    withWords(() => import("../sequences/sequence_page")),
    "SequencePage",
  ),
});

const tagRules = createRoute({
  getParentRoute: () => root,
  path: "/tag-rules",
  component: lazyRouteComponent(
    withWords(() => import("../tag_rules/tag_rules_page")),
    "TagRulesPage",
  ),
});

const messages = createRoute({
  getParentRoute: () => root,
  path: "/messages",
  component: lazyRouteComponent(
    withWords(() => import("../messages/message_list")),
    "MessageListPage",
  ),
});

const documents = createRoute({
  getParentRoute: () => root,
  path: "/documents",
  component: lazyRouteComponent(
    withWords(() => import("../documents/document_list")),
    "DocumentListPage",
  ),
});

const returns = createRoute({
  getParentRoute: () => root,
  path: "/returns",
  component: lazyRouteComponent(
    withWords(() => import("../returns/return_list")),
    "ReturnListPage",
  ),
});

const payments = createRoute({
  getParentRoute: () => root,
  path: "/payments",
  component: lazyRouteComponent(
    withWords(() => import("../payments/payments_page")),
    "PaymentsPage",
  ),
});

const customers = createRoute({
  getParentRoute: () => root,
  path: "/customers",
  validateSearch: readCustomersSearch,
  component: lazyRouteComponent(
    withWords(() => import("../customers/customer_list")),
    "CustomerList",
  ),
});

const customer = createRoute({
  getParentRoute: () => root,
  path: "/customers/$id",
  component: lazyRouteComponent(
    withWords(() => import("../customers/card/customer_page")),
    "CustomerPage",
  ),
});

const products = createRoute({
  getParentRoute: () => root,
  path: "/products",
  validateSearch: readProductsSearch,
  component: lazyRouteComponent(
    withWords(() => import("../products/product_list")),
    "ProductList",
  ),
});

const stock = createRoute({
  getParentRoute: () => root,
  path: "/stock",
  validateSearch: readStockSearch,
  component: lazyRouteComponent(
    withWords(() => import("../stock/stock_list")),
    "StockList",
  ),
});

const stockTake = createRoute({
  getParentRoute: () => root,
  path: "/stock/take",
  component: lazyRouteComponent(
    withWords(() => import("../stock/stock_take")),
    "StockTake",
  ),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(
    withWords(() => import("../settings/settings_page")),
    "SettingsPage",
  ),
});

const settingsSection = createRoute({
  getParentRoute: () => root,
  path: "/settings/$section",
  component: lazyRouteComponent(
    withWords(() => import("../settings/settings_page")),
    "SettingsPage",
  ),
});

export const router = createRouter({
  routeTree: root.addChildren([
    index,
    guide,
    audit,
    orders,
    order,
    newOrder,
    editOrder,
    imports,
    newImport,
    oneImport,
    work,
    coupons,
    sequences,
    sequence,
    tagRules,
    messages,
    documents,
    returns,
    payments,
    customers,
    customer,
    products,
    stock,
    stockTake,
    settings,
    settingsSection,
    dashboard,
  ]),
  // The instant that is shown stands in every address, and no screen reads it there.
  parseSearch: (text) => parseSearch(text.replace(instantIn(text), "")),
  stringifySearch: (search) => {
    const text = stringifySearch(search);
    return instantShown() ? `${text || "?"}${text && "&"}${instantShown()}` : text;
  },
  defaultStructuralSharing: true,
});

showInstant(instantIn(location.search));
router.history.subscribe(({ location: to }) => showInstant(instantIn(to.search)));
onInstant(() => {
  const { pathname, search } = router.state.location;
  void queries.resetQueries();
  if (instantIn(location.search) !== instantShown())
    void router.navigate({ to: pathname as "/orders", search: search as never });
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
