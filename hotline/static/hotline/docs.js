"use strict";
const page = document.getElementById("swagger-ui");
SwaggerUIBundle({
  domNode: page,
  url: page.dataset.schema,
  deepLinking: true,
  docExpansion: "none",
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  requestInterceptor: (request) => {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    if (token) request.headers["X-CSRFToken"] = decodeURIComponent(token[1]);
    return request;
  },
});
