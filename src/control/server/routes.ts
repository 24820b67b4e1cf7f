import { objectRoutes } from "./object-routes.ts";
import { otherRoutes } from "./other-routes.ts";
import type { Route } from "./route.ts";
import { streamRoutes } from "./stream-routes.ts";

/** All that the API answers; its OpenAPI document is made of the same table. */
export const ROUTES: readonly Route[] = [...otherRoutes, ...objectRoutes, ...streamRoutes];
