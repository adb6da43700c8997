"""The outbound door: claims work from SQL, calls a connector, reports the outcome to SQL."""
