/** The console's addresses; the list's filters stand in them, and an order keeps those of the list it came from. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { readDashboard } from "../dashboard/period";
import { OrderList } from "../orders/list/order_list";
import { parseSearch, readSearch, stringifySearch } from "../orders/search";
import { Frame } from "./frame";

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

const dashboard = createRoute({
  getParentRoute: () => root,
  path: "/dashboard",
  validateSearch: readDashboard,
  component: lazyRouteComponent(() => import("../dashboard/dashboard"), "Dashboard"),
});

export const router = createRouter({
  routeTree: root.addChildren([index, orders, order, newOrder, editOrder, dashboard]),
  parseSearch: (text) => parseSearch(text),
  stringifySearch,
  defaultStructuralSharing: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
