// A page that waits asks in the background, and changes only when there is something to show.
const waiting = document.querySelector("[data-again]");
if (waiting) {
  const seconds = Number(waiting.dataset.again) || 5;
  const again = async () => {
    try {
      const response = await fetch(location.href, { headers: { accept: "text/html" } });
      if (response.status !== 202) {
        location.reload();
        return;
      }
    } catch {
      // The connection may come back.
    }
    setTimeout(again, seconds * 1000);
  };
  setTimeout(again, seconds * 1000);
}
