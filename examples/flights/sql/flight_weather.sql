-- Every flight that departed, with the weather of the hour it was due to leave in.
SELECT
    flown.carrier,
    flown.flight,
    flown.origin,
    flown.dest,
    flown.hour,
    flown.distance,
    weather.temp,
    weather.wind_speed,
    weather.precip,
    weather.visib
FROM clean_flights AS flown
LEFT JOIN weather ON weather.origin = flown.origin AND weather.hour = flown.hour
ORDER BY flown.carrier, flown.flight, flown.origin
