"""The door for other systems (系统接口): OpenAPI, tokens, one shape of errors."""
