-- The scope `operations` was part of `read`: keys made before keep what they could do.
UPDATE "api_keys" SET "scopes" = array_append("scopes", 'operations')
WHERE 'read' = ANY("scopes") AND NOT 'operations' = ANY("scopes");
