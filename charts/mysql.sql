-- Run once, by root, when the volume is empty. The server creates the database and the application's account before it.
SET NAMES utf8mb4;
USE coffee_machine;

CREATE TABLE menus (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(64) NOT NULL UNIQUE,
  price INT UNSIGNED NOT NULL,
  beans_grams INT UNSIGNED NOT NULL,
  milk_ml INT UNSIGNED NOT NULL
) ENGINE = InnoDB;

CREATE TABLE inventory (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  beans_grams INT UNSIGNED NOT NULL,
  milk_ml INT UNSIGNED NOT NULL,
  updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
) ENGINE = InnoDB;

CREATE TABLE orders (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  menu_id INT UNSIGNED NOT NULL,
  quantity INT UNSIGNED NOT NULL,
  total INT UNSIGNED NOT NULL,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT orders_menu FOREIGN KEY (menu_id) REFERENCES menus (id)
) ENGINE = InnoDB;

CREATE TABLE billing (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sales BIGINT UNSIGNED NOT NULL,
  costs BIGINT UNSIGNED NOT NULL,
  updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
) ENGINE = InnoDB;

INSERT INTO menus (name, price, beans_grams, milk_ml) VALUES
  ('Espresso', 3000, 18, 0),
  ('Americano', 3500, 18, 0),
  ('Caffè latte', 4500, 18, 200);

INSERT INTO inventory (beans_grams, milk_ml) VALUES (10000, 20000);

INSERT INTO billing (sales, costs) VALUES (0, 0);
