-- One row per carrier and day.
SELECT
    $partition AS date,
    carrier,
    airline,
    count(*) AS flights,
    CAST(sum(dep_delay) AS BIGINT) AS total_dep_delay,
    CAST(sum(distance) AS BIGINT) AS total_distance
FROM clean_flights
GROUP BY carrier, airline
ORDER BY carrier
