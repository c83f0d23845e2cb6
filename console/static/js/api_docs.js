// Shows the OpenAPI document of this server; nothing is fetched from elsewhere.
window.SwaggerUIBundle({ url: document.body.dataset.openapi, dom_id: '#api', deepLinking: true, validatorUrl: null });
