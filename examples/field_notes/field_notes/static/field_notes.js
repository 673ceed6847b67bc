// Tell before the upload that a picture is too large, and show which one was chosen.
// Everything works without this file; the server checks again.
"use strict";

const picker = document.querySelector("input[type=file][data-limit]");

if (picker) {
  const limitBytes = Number(picker.dataset.limit);
  const status = document.getElementById(picker.dataset.status);

  picker.addEventListener("change", () => {
    const file = picker.files[0];
    if (!file) {
      picker.setCustomValidity("");
      status.textContent = "";
      return;
    }
    const megabytes = (file.size / 1048576).toFixed(1);
    if (file.size > limitBytes) {
      const limit = (limitBytes / 1048576).toFixed(1);
      picker.setCustomValidity(`This picture has ${megabytes} MB; at most ${limit} MB fit.`);
      picker.reportValidity();
    } else {
      picker.setCustomValidity("");
    }
    status.textContent = `${file.name}, ${megabytes} MB`;
  });
}
