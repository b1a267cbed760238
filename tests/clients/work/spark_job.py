"""A Spark job that joins and sums up what it reads from files. Nothing in it knows of lineage."""

import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

folder = sys.argv[1]
spark = SparkSession.builder.appName("totals").getOrCreate()
orders = spark.read.schema("id int, day string, amount int, currency string").csv(f"{folder}/orders", header=True)
rates = spark.read.schema("currency string, rate double").csv(f"{folder}/rates", header=True)
paid = orders.join(rates, "currency").withColumn("value", f.col("amount") * f.col("rate"))
paid.groupBy("day").agg(f.sum("value").alias("total")).write.mode("overwrite").parquet(f"{folder}/totals")
spark.stop()
