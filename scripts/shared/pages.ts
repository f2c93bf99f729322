/** Addresses of the documentation, for messages: a path such as docs/extensions.md leads nowhere in the user's project. */
import cli from "../package.json" with { type: "json" };

const repository = cli.homepage.replace(/#.*$/u, "");

/** @param page its path in the repository, such as `docs/extensions.md` */
export const pageUrl = (page: string): string => `${repository}/blob/main/${page}`;

export const bugsUrl: string = cli.bugs.url;
