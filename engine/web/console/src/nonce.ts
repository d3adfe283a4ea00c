/** The nonce of this load of the page: styles without it are not applied (Content-Security-Policy). */
export const nonce =
  document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
