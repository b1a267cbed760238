"""What dbt writes into its target folder, as declarations to be brought in."""
