// Starts Swagger UI on the page of the API.
const place = document.getElementById("api");
window.SwaggerUIBundle({
  url: place.dataset.openapi,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
});
