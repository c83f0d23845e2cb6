// A page that answers a refused form takes its own address, so that reloading it or coming back to it sends nothing again.

const { address } = document.querySelector("main")?.dataset ?? {};
if (address) history.replaceState(history.state, "", address);
