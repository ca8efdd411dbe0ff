# Lo que pueden consultar los programas.
docs-title = API
docs-lead = Todo lo que muestran estas páginas está también al alcance de los programas: tablas para hojas de cálculo y cuadros de mando, archivos para el análisis de redes y SPARQL. Para leer no hace falta ninguna clave.
docs-download = Descargar la descripción (OpenAPI 3.1)
docs-formats = Formatos
docs-formats-text = La extensión de la dirección indica el formato: json, csv o xlsx; si no hay extensión, decide la cabecera Accept.
docs-versions = Versiones
docs-versions-text = Cada respuesta indica en Weft-Data-Version en qué versión de los datos se basa. Si devuelve su ETag en If-None-Match, obtendrá un 304 mientras nada haya cambiado.
docs-token = Token (clave de acceso)
docs-token-text = Para escribir, o para ver grafos privados, envíe la cabecera Authorization: Bearer CLAVE. El botón «Authorize» de más abajo lo hace por usted en las pruebas; la clave se olvida al salir de la página.
docs-errors = Errores
docs-errors-text = Cada error explica en «detail» qué ha fallado y qué se puede hacer. Un parámetro desconocido también es un error.
docs-operations = Qué se puede consultar
docs-count = { $n ->
    [one] Una operación.
   *[other] { $number } operaciones.
  } Sus nombres y descripciones están en inglés.

js-docs-value = Valor
js-docs-expand = Desplegar
