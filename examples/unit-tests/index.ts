import * as pulumi from "@pulumi/pulumi";
import { mailAddresses } from "./mailAddresses";

const config = new pulumi.Config();

export = () => mailAddresses({ server: config.require("server"), domain: config.require("domain") });
