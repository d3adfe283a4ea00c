/** The contact control panel; stays mounted while the shell is, also where it is not shown. */

export default function Panel() {
  return null;
}
