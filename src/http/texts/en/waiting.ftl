# A page whose figures are being computed.
waiting = The figures are being computed.
waiting-why = This selection is large, or nobody has asked for it since the data changed. The page appears by itself as soon as it is ready; the result is kept for everybody who comes after you.
waiting-since = Computing for { $seconds } seconds
waiting-again = Ask again now
waiting-computations = What the service is computing
waiting-file = All figures as a file (CSV)
