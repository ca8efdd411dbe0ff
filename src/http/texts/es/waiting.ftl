# Una página cuyas cifras se están calculando.
waiting = Se están calculando las cifras.
waiting-why = Esta selección es grande, o nadie la ha pedido desde que cambiaron los datos. La página aparecerá por sí sola en cuanto esté lista; el resultado se conserva para quien venga después.
waiting-since = Cálculo en marcha desde hace { $seconds } segundos
waiting-again = Preguntar de nuevo
waiting-computations = Qué está calculando el servicio
waiting-file = Todas las cifras en un archivo (CSV)
