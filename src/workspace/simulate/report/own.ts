/** What is under a name. Names come from files: one may be that of something every object has, such as `toString`. */
export const own = <T>(named: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  named !== undefined && Object.hasOwn(named, name) ? named[name] : undefined;
