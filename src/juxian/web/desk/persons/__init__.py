"""The register: list, person page, facts (人才库)."""
