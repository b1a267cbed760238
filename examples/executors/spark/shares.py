"""Which share of a day each customer has. Nothing in it knows of Headwater, or of lineage."""

import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

read, write = sys.argv[1:3]
spark = SparkSession.builder.getOrCreate()
totals = spark.read.parquet(read)
whole = totals.agg(f.sum("total").alias("whole"))
totals.crossJoin(whole).select("customer", (f.col("total") / f.col("whole")).alias("share")).write.parquet(write)
spark.stop()
