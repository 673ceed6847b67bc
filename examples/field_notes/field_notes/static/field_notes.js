// Tell before the upload that a picture is too large, and show which one was chosen.
// Everything works without this file; the server checks again.
"use strict";

const picker = document.querySelector("input[type=file][data-limit]");

if (picker) {
  const limitBytes = Number(picker.dataset.limit);
  const status = document.getElementById(picker.dataset.status);

  // What the server said was about the file before.
  const forgetErrors = () => {
    const field = picker.closest(".field");
    if (!field.classList.contains("has-errors")) {
      return;
    }
    field.classList.remove("has-errors");
    field.querySelectorAll(".error").forEach((error) => error.remove());
    picker.removeAttribute("aria-invalid");
    picker.setAttribute("aria-describedby", "picture-hint");
    if (!document.querySelector(".has-errors")) {
      document.querySelector(".form-problem")?.remove();
    }
  };

  picker.addEventListener("change", () => {
    forgetErrors();
    const file = picker.files[0];
    if (!file) {
      picker.setCustomValidity("");
      status.textContent = "";
      return;
    }
    // Rounded up, as the limit is rounded down: the two never look alike.
    const megabytes = (Math.ceil(file.size / 104857.6) / 10).toFixed(1);
    if (file.size > limitBytes) {
      const limit = picker.dataset.limitMegabytes;
      picker.setCustomValidity(`This picture has ${megabytes} MB; at most ${limit} MB fit.`);
      picker.reportValidity();
    } else {
      picker.setCustomValidity("");
    }
    status.textContent = `${file.name}, ${megabytes} MB`;
  });
}
