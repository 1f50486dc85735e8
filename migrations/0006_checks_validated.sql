-- In a transaction after that of 0005: appends go on while the rows are looked at.
ALTER TABLE depot VALIDATE CONSTRAINT depot_record_valid;
