CREATE PROCEDURE remind(target text, of date, INOUT made int) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE %s (customer text, amount numeric)', target);
  EXECUTE format('INSERT INTO %s SELECT customer, amount FROM payments WHERE day = $1 AND amount < 5', target) USING of;
  GET DIAGNOSTICS made = ROW_COUNT;
  COMMIT;
END $$;
