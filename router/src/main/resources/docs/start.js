// The addresses are relative, so that the page works under http.base-path, too.
window.SwaggerUIBundle({
  url: 'openapi.yaml',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  showExtensions: true,
  // A token must not stay behind in a shared browser.
  persistAuthorization: false,
  // Never asks an outside service whether the document is valid.
  validatorUrl: null
});
