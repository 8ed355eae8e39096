/**
 * `task` runs at once, then at most once a second however often it is asked for, and always after
 * the last call. Its errors are its own to show: none leaves here.
 * @param {() => unknown} task
 */
export function throttled(task) {
  let waiting = false;
  let again = false;
  const run = () => {
    again = false;
    waiting = true;
    Promise.resolve()
      .then(task)
      .catch(() => undefined);
    setTimeout(() => {
      waiting = false;
      if (again) run();
    }, 1_000);
  };
  return () => {
    if (waiting) again = true;
    else run();
  };
}
