CREATE TABLE payments (id int, customer text, day date, amount numeric(10, 2));
INSERT INTO payments VALUES
  (1, 'bob', '2013-01-05', 4.00), (2, 'ann', '2013-01-05', 2.00), (3, 'ann', '2013-01-05', 10.50);
