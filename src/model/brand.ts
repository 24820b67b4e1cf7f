declare const brand: unique symbol;

/** A `Base` that only its own constructor makes, so that milli-CPU never meets MiB by accident. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
