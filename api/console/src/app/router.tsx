/** The console's addresses; the list's filters stand in them, and an order keeps those of the list it came from. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { OrderList } from "../orders/list/order_list";
import { parseSearch, readSearch, stringifySearch } from "../orders/search";
import { withOfficeWords } from "../text/language";
import { Frame } from "./frame";
import { readCustomersSearch, readProductsSearch, readStockSearch } from "./searches";

const root = createRootRoute({
  component: Frame,
  notFoundComponent: lazyRouteComponent(() => import("./lost"), "Lost"),
});

const index = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/orders", replace: true });
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
  component: lazyRouteComponent(() => import("../orders/new/new_order"), "NewOrderPage"),
});

const editOrder = createRoute({
  getParentRoute: () => root,
  path: "/orders/$id/edit",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("../orders/edit/edit_order"), "EditOrderPage"),
});

const customers = createRoute({
  getParentRoute: () => root,
  path: "/customers",
  validateSearch: readCustomersSearch,
  component: lazyRouteComponent(
    withOfficeWords(() => import("../customers/customer_list")),
    "CustomerList",
  ),
});

const customer = createRoute({
  getParentRoute: () => root,
  path: "/customers/$id",
  component: lazyRouteComponent(
    withOfficeWords(() => import("../customers/card/customer_page")),
    "CustomerPage",
  ),
});

const products = createRoute({
  getParentRoute: () => root,
  path: "/products",
  validateSearch: readProductsSearch,
  component: lazyRouteComponent(
    withOfficeWords(() => import("../products/product_list")),
    "ProductList",
  ),
});

const stock = createRoute({
  getParentRoute: () => root,
  path: "/stock",
  validateSearch: readStockSearch,
  component: lazyRouteComponent(
    withOfficeWords(() => import("../stock/stock_list")),
    "StockList",
  ),
});

const stockTake = createRoute({
  getParentRoute: () => root,
  path: "/stock/take",
  component: lazyRouteComponent(
    withOfficeWords(() => import("../stock/stock_take")),
    "StockTake",
  ),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(
    withOfficeWords(() => import("../settings/settings_page")),
    "SettingsPage",
  ),
});

const settingsSection = createRoute({
  getParentRoute: () => root,
  path: "/settings/$section",
  component: lazyRouteComponent(
    withOfficeWords(() => import("../settings/settings_page")),
    "SettingsPage",
  ),
});

export const router = createRouter({
  routeTree: root.addChildren([
    index,
    orders,
    order,
    newOrder,
    editOrder,
    customers,
    customer,
    products,
    stock,
    stockTake,
    settings,
    settingsSection,
  ]),
  parseSearch: (text) => parseSearch(text),
  stringifySearch,
  defaultStructuralSharing: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
